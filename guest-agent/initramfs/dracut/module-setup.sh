#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# dracut module: makes ringward-start the first program of the image, so that the agent is locked before systemd or udev runs.
# Goes to /usr/lib/dracut/modules.d/99ringward/module-setup.sh.

# called by dracut
check() {
	require_binaries ringward-start rwctl
}

# called by dracut, after the modules that make /init
install() {
	local module

	# dracut sets $kernel, $initdir.
	# shellcheck disable=SC2154
	if module=$(modinfo -k "$kernel" -n ringward 2>/dev/null); then
		inst_simple "$module" /ringward/ringward.ko
	else
		dwarning "ringward: no module for kernel $kernel: its image powers off instead of booting unprotected"
	fi
	inst ringward-start /ringward/start
	inst rwctl
	# The init that dracut chose: a script, or a link to systemd.
	if [ -L "$initdir/init" ]; then
		ln -s "$(realpath -ms "/$(readlink "$initdir/init")")" "$initdir/ringward/init"
		rm "$initdir/init"
	else
		mv "$initdir/init" "$initdir/ringward/init"
	fi
	ln -s ringward/start "$initdir/init"
}
