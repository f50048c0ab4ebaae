# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Completion of rwlog's command line for bash: put it into /usr/share/bash-completion/completions/rwlog, or read it with
# `source`. `make docs` writes the lists from abi/events.def and tools/rwlog/options.def.

# The options of a subcommand, and what the value of an option is: words, TYPE, FILE, or - for anything else.
_rwlog_options()
{
	case $1 in
	# options: from tools/rwlog/options.def
	show) echo "--list --boot --at --capture --as --limit --all --type --pid --comm --loginuid --cgroup --path --since --until --seq --verdict --sort --symbols --kaslr --help --version" ;;
	verify) echo "--list --boot --at --capture --as --limit --all --help --version" ;;
	stats) echo "--list --boot --at --capture --as --limit --all --format --help --version" ;;
	export) echo "--list --boot --at --capture --as --limit --all --type --pid --comm --loginuid --cgroup --path --since --until --seq --verdict --sort --format --help --version" ;;
	extract) echo "--list --boot --at --capture --as --limit --all --output --help --version" ;;
	report) echo "--list --boot --at --capture --as --limit --all --type --pid --comm --loginuid --cgroup --path --since --until --seq --verdict --symbols --kaslr --help --version" ;;
	learn) echo "--list --boot --at --capture --as --limit --all --type --pid --comm --loginuid --cgroup --path --since --until --seq --verdict --window --alphabet --help --version" ;;
	score) echo "--list --boot --at --capture --as --limit --all --type --pid --comm --loginuid --cgroup --path --since --until --seq --verdict --model --threshold --rare --format --help --version" ;;
	# end
	esac
}

_rwlog_values()
{
	case $1 in
	# values: from tools/rwlog/options.def
	'show --boot') echo '-' ;;
	'show --at') echo '-' ;;
	'show --capture') echo 'FILE' ;;
	'show --as') echo 'capture memory' ;;
	'show --limit') echo '-' ;;
	'show --type') echo 'TYPE' ;;
	'show --pid') echo '-' ;;
	'show --comm') echo '-' ;;
	'show --loginuid') echo '-' ;;
	'show --cgroup') echo '-' ;;
	'show --path') echo '-' ;;
	'show --since') echo '-' ;;
	'show --until') echo '-' ;;
	'show --seq') echo '-' ;;
	'show --verdict') echo '-' ;;
	'show --sort') echo 'seq time' ;;
	'show --symbols') echo 'FILE' ;;
	'show --kaslr') echo '-' ;;
	'verify --boot') echo '-' ;;
	'verify --at') echo '-' ;;
	'verify --capture') echo 'FILE' ;;
	'verify --as') echo 'capture memory' ;;
	'verify --limit') echo '-' ;;
	'stats --boot') echo '-' ;;
	'stats --at') echo '-' ;;
	'stats --capture') echo 'FILE' ;;
	'stats --as') echo 'capture memory' ;;
	'stats --limit') echo '-' ;;
	'stats --format') echo 'text json' ;;
	'export --boot') echo '-' ;;
	'export --at') echo '-' ;;
	'export --capture') echo 'FILE' ;;
	'export --as') echo 'capture memory' ;;
	'export --limit') echo '-' ;;
	'export --type') echo 'TYPE' ;;
	'export --pid') echo '-' ;;
	'export --comm') echo '-' ;;
	'export --loginuid') echo '-' ;;
	'export --cgroup') echo '-' ;;
	'export --path') echo '-' ;;
	'export --since') echo '-' ;;
	'export --until') echo '-' ;;
	'export --seq') echo '-' ;;
	'export --verdict') echo '-' ;;
	'export --sort') echo 'seq time' ;;
	'export --format') echo 'jsonl ecs csv auditd' ;;
	'extract --boot') echo '-' ;;
	'extract --at') echo '-' ;;
	'extract --capture') echo 'FILE' ;;
	'extract --as') echo 'capture memory' ;;
	'extract --limit') echo '-' ;;
	'extract --output') echo 'FILE' ;;
	'report --boot') echo '-' ;;
	'report --at') echo '-' ;;
	'report --capture') echo 'FILE' ;;
	'report --as') echo 'capture memory' ;;
	'report --limit') echo '-' ;;
	'report --type') echo 'TYPE' ;;
	'report --pid') echo '-' ;;
	'report --comm') echo '-' ;;
	'report --loginuid') echo '-' ;;
	'report --cgroup') echo '-' ;;
	'report --path') echo '-' ;;
	'report --since') echo '-' ;;
	'report --until') echo '-' ;;
	'report --seq') echo '-' ;;
	'report --verdict') echo '-' ;;
	'report --symbols') echo 'FILE' ;;
	'report --kaslr') echo '-' ;;
	'learn --boot') echo '-' ;;
	'learn --at') echo '-' ;;
	'learn --capture') echo 'FILE' ;;
	'learn --as') echo 'capture memory' ;;
	'learn --limit') echo '-' ;;
	'learn --type') echo 'TYPE' ;;
	'learn --pid') echo '-' ;;
	'learn --comm') echo '-' ;;
	'learn --loginuid') echo '-' ;;
	'learn --cgroup') echo '-' ;;
	'learn --path') echo '-' ;;
	'learn --since') echo '-' ;;
	'learn --until') echo '-' ;;
	'learn --seq') echo '-' ;;
	'learn --verdict') echo '-' ;;
	'learn --window') echo '-' ;;
	'learn --alphabet') echo 'objects events' ;;
	'score --boot') echo '-' ;;
	'score --at') echo '-' ;;
	'score --capture') echo 'FILE' ;;
	'score --as') echo 'capture memory' ;;
	'score --limit') echo '-' ;;
	'score --type') echo 'TYPE' ;;
	'score --pid') echo '-' ;;
	'score --comm') echo '-' ;;
	'score --loginuid') echo '-' ;;
	'score --cgroup') echo '-' ;;
	'score --path') echo '-' ;;
	'score --since') echo '-' ;;
	'score --until') echo '-' ;;
	'score --seq') echo '-' ;;
	'score --verdict') echo '-' ;;
	'score --model') echo 'FILE' ;;
	'score --threshold') echo '-' ;;
	'score --rare') echo '-' ;;
	'score --format') echo 'text jsonl' ;;
	# end
	esac
}

_rwlog()
{
	# commands: from tools/rwlog/options.def
	local commands='show verify stats export extract report learn score'
	# end
	# types: from abi/events.def
	local types='exec fork exit file_open file_unlink file_rename module_load kexec mkdir rmdir link chmod file_read file_write file_close mmap_exec mprotect_exec symlink mknod chown truncate utimes xattr_set xattr_remove mount move_mount umount pivot_root chroot port_access setuid setgid setgroups capset prctl ptrace signal seccomp namespaces cred_change cgroup socket bind listen connect accept sendto syslog kmsg module_live module_free module_request bpf bpf_prog bpf_map perf_event perf_bpf kernel_setting lockdown_use keyring clock_set kernel_log oops panic admin_call access limited violation patch agent lock unlock drop patches module_code dynamic_code agent_state'
	# end
	local word=$2 before=$3 command=show value
	COMPREPLY=()
	[[ " $commands " == *" ${COMP_WORDS[1]} "* && $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]}
	# Bash takes the sign in --option=value as a word.
	[[ $word == = ]] && word=
	[[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
	value=
	[[ $before == --* ]] && value=$(_rwlog_values "$command $before")
	case $value in
	'')
		if [[ $word == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_rwlog_options "$command")" -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			((COMP_CWORD == 1)) && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$commands" -- "$word")
		fi
		;;
	FILE)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	TYPE)
		local done=
		[[ $word == *,* ]] && done=${word%,*},
		mapfile -t COMPREPLY < <(compgen -P "$done" -W "$types" -- "${word##*,}")
		;;
	-)
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "$value" -- "$word")
		;;
	esac
}

complete -o filenames -F _rwlog rwlog
