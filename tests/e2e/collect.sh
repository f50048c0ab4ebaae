# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Runs in the test guest: prints what Linux found on the machine, in sections that begin with "@@ NAME".
dmesg -n 1
section() { echo "@@ $1"; shift; "$@" 2>&1; }
files() { for f in "$@"; do [ -r "$f" ] && [ -f "$f" ] && echo "$f: $(tr '\n\0' '  ' <"$f")"; done; }
sums() { find "$@" -type f | sort | xargs md5sum; }
pci() {
	for d in /sys/bus/pci/devices/*; do
		echo "${d##*/} class, ids, irq: $(cat "$d/class" "$d/vendor" "$d/device" "$d/irq" | tr '\n' ' ')"
		echo "${d##*/} config: $(md5sum <"$d/config")"
		grep -v '^0x0* 0x0* 0x0*$' "$d/resource" | sed "s/^/${d##*/} resource: /"
	done
}
runtime_map() {
	for d in /sys/firmware/efi/runtime-map/*; do
		echo "$(cat "$d/phys_addr" "$d/num_pages" "$d/type" "$d/attribute" | tr '\n' ' ')"
	done
}
cpu_files() {
	find /sys/devices/system/cpu -type f ! -name uevent ! -path '*/power/*' ! -name 'crash_notes*' ! -path '*/state*/*' |
		sort | while read -r f; do files "$f"; done
	for f in /sys/devices/system/cpu/cpu*/cpuidle/state*/name; do files "$f"; done
}
pat() {
	mount -t debugfs debugfs /sys/kernel/debug
	cat /sys/kernel/debug/x86/pat_memtype_list
}
section dmesg dmesg
section cpuinfo cat /proc/cpuinfo
section cpuid /root/cpuleaves
section iomem cat /proc/iomem
section ioports cat /proc/ioports
section interrupts cat /proc/interrupts
section mtrr cat /proc/mtrr
section pat pat
section meminfo grep -E 'MemTotal|DirectMap' /proc/meminfo
section kernel cat /proc/version /proc/cmdline /proc/devices /proc/misc /proc/filesystems
section pci pci
section acpi sums /sys/firmware/acpi/tables
section efi files /sys/firmware/efi/*
section efimap runtime_map
section dmi sums /sys/firmware/dmi/tables
section dmi_id files /sys/class/dmi/id/*
section devices find /sys/devices -name uevent
section clocks files /sys/devices/system/clocksource/*/*_clocksource /sys/devices/system/clockevents/*/current_device
section cpus cpu_files
echo "@@ end"
