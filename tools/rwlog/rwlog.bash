# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Completion of rwlog's command line for bash: put it into /usr/share/bash-completion/completions/rwlog, or read it with
# `source`. `make docs` writes the lists from abi/events.def and tools/rwlog/options.def.

# The options of a subcommand, and what the value of an option is: words, TYPE, CLASS,
# VERDICT, FILE, or - for anything else.
_rwlog_options()
{
	case $1 in
	# options: from tools/rwlog/options.def
	show) echo "--list --boot --at --capture --as --follow --index --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --sort --zone --color --no-pager --symbols --kaslr --help --version" ;;
	verify) echo "--list --boot --at --capture --as --limit --all --help --version" ;;
	boots) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --zone --format --help --version" ;;
	tree) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --zone --no-pager --format --help --version" ;;
	top) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --lines --zone --format --help --version" ;;
	stats) echo "--list --boot --at --capture --as --limit --all --format --help --version" ;;
	export) echo "--list --boot --at --capture --as --index --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --sort --zone --format --help --version" ;;
	extract) echo "--list --boot --at --capture --as --limit --all --output --help --version" ;;
	report) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --zone --symbols --kaslr --help --version" ;;
	index) echo "--list --boot --at --capture --as --limit --all --help --version" ;;
	learn) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --zone --window --alphabet --help --version" ;;
	score) echo "--list --boot --at --capture --as --limit --all --type --class --pid --ppid --uid --euid --loginuid --comm --exe --cgroup --unit --container --path --port --address --verdict --seq --since --until --zone --model --threshold --rare --format --help --version" ;;
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
	'show --class') echo 'CLASS' ;;
	'show --pid') echo '-' ;;
	'show --ppid') echo '-' ;;
	'show --uid') echo '-' ;;
	'show --euid') echo '-' ;;
	'show --loginuid') echo '-' ;;
	'show --comm') echo '-' ;;
	'show --exe') echo '-' ;;
	'show --cgroup') echo '-' ;;
	'show --unit') echo '-' ;;
	'show --container') echo '-' ;;
	'show --path') echo '-' ;;
	'show --port') echo '-' ;;
	'show --address') echo '-' ;;
	'show --verdict') echo 'VERDICT' ;;
	'show --seq') echo '-' ;;
	'show --since') echo '-' ;;
	'show --until') echo '-' ;;
	'show --sort') echo 'seq time' ;;
	'show --zone') echo '-' ;;
	'show --color') echo 'auto always never' ;;
	'show --symbols') echo 'FILE' ;;
	'show --kaslr') echo '-' ;;
	'verify --boot') echo '-' ;;
	'verify --at') echo '-' ;;
	'verify --capture') echo 'FILE' ;;
	'verify --as') echo 'capture memory' ;;
	'verify --limit') echo '-' ;;
	'boots --boot') echo '-' ;;
	'boots --at') echo '-' ;;
	'boots --capture') echo 'FILE' ;;
	'boots --as') echo 'capture memory' ;;
	'boots --limit') echo '-' ;;
	'boots --type') echo 'TYPE' ;;
	'boots --class') echo 'CLASS' ;;
	'boots --pid') echo '-' ;;
	'boots --ppid') echo '-' ;;
	'boots --uid') echo '-' ;;
	'boots --euid') echo '-' ;;
	'boots --loginuid') echo '-' ;;
	'boots --comm') echo '-' ;;
	'boots --exe') echo '-' ;;
	'boots --cgroup') echo '-' ;;
	'boots --unit') echo '-' ;;
	'boots --container') echo '-' ;;
	'boots --path') echo '-' ;;
	'boots --port') echo '-' ;;
	'boots --address') echo '-' ;;
	'boots --verdict') echo 'VERDICT' ;;
	'boots --seq') echo '-' ;;
	'boots --since') echo '-' ;;
	'boots --until') echo '-' ;;
	'boots --zone') echo '-' ;;
	'boots --format') echo 'text jsonl' ;;
	'tree --boot') echo '-' ;;
	'tree --at') echo '-' ;;
	'tree --capture') echo 'FILE' ;;
	'tree --as') echo 'capture memory' ;;
	'tree --limit') echo '-' ;;
	'tree --type') echo 'TYPE' ;;
	'tree --class') echo 'CLASS' ;;
	'tree --pid') echo '-' ;;
	'tree --ppid') echo '-' ;;
	'tree --uid') echo '-' ;;
	'tree --euid') echo '-' ;;
	'tree --loginuid') echo '-' ;;
	'tree --comm') echo '-' ;;
	'tree --exe') echo '-' ;;
	'tree --cgroup') echo '-' ;;
	'tree --unit') echo '-' ;;
	'tree --container') echo '-' ;;
	'tree --path') echo '-' ;;
	'tree --port') echo '-' ;;
	'tree --address') echo '-' ;;
	'tree --verdict') echo 'VERDICT' ;;
	'tree --seq') echo '-' ;;
	'tree --since') echo '-' ;;
	'tree --until') echo '-' ;;
	'tree --zone') echo '-' ;;
	'tree --format') echo 'text jsonl' ;;
	'top --boot') echo '-' ;;
	'top --at') echo '-' ;;
	'top --capture') echo 'FILE' ;;
	'top --as') echo 'capture memory' ;;
	'top --limit') echo '-' ;;
	'top --type') echo 'TYPE' ;;
	'top --class') echo 'CLASS' ;;
	'top --pid') echo '-' ;;
	'top --ppid') echo '-' ;;
	'top --uid') echo '-' ;;
	'top --euid') echo '-' ;;
	'top --loginuid') echo '-' ;;
	'top --comm') echo '-' ;;
	'top --exe') echo '-' ;;
	'top --cgroup') echo '-' ;;
	'top --unit') echo '-' ;;
	'top --container') echo '-' ;;
	'top --path') echo '-' ;;
	'top --port') echo '-' ;;
	'top --address') echo '-' ;;
	'top --verdict') echo 'VERDICT' ;;
	'top --seq') echo '-' ;;
	'top --since') echo '-' ;;
	'top --until') echo '-' ;;
	'top --lines') echo '-' ;;
	'top --zone') echo '-' ;;
	'top --format') echo 'text jsonl' ;;
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
	'export --class') echo 'CLASS' ;;
	'export --pid') echo '-' ;;
	'export --ppid') echo '-' ;;
	'export --uid') echo '-' ;;
	'export --euid') echo '-' ;;
	'export --loginuid') echo '-' ;;
	'export --comm') echo '-' ;;
	'export --exe') echo '-' ;;
	'export --cgroup') echo '-' ;;
	'export --unit') echo '-' ;;
	'export --container') echo '-' ;;
	'export --path') echo '-' ;;
	'export --port') echo '-' ;;
	'export --address') echo '-' ;;
	'export --verdict') echo 'VERDICT' ;;
	'export --seq') echo '-' ;;
	'export --since') echo '-' ;;
	'export --until') echo '-' ;;
	'export --sort') echo 'seq time' ;;
	'export --zone') echo '-' ;;
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
	'report --class') echo 'CLASS' ;;
	'report --pid') echo '-' ;;
	'report --ppid') echo '-' ;;
	'report --uid') echo '-' ;;
	'report --euid') echo '-' ;;
	'report --loginuid') echo '-' ;;
	'report --comm') echo '-' ;;
	'report --exe') echo '-' ;;
	'report --cgroup') echo '-' ;;
	'report --unit') echo '-' ;;
	'report --container') echo '-' ;;
	'report --path') echo '-' ;;
	'report --port') echo '-' ;;
	'report --address') echo '-' ;;
	'report --verdict') echo 'VERDICT' ;;
	'report --seq') echo '-' ;;
	'report --since') echo '-' ;;
	'report --until') echo '-' ;;
	'report --zone') echo '-' ;;
	'report --symbols') echo 'FILE' ;;
	'report --kaslr') echo '-' ;;
	'index --boot') echo '-' ;;
	'index --at') echo '-' ;;
	'index --capture') echo 'FILE' ;;
	'index --as') echo 'capture memory' ;;
	'index --limit') echo '-' ;;
	'learn --boot') echo '-' ;;
	'learn --at') echo '-' ;;
	'learn --capture') echo 'FILE' ;;
	'learn --as') echo 'capture memory' ;;
	'learn --limit') echo '-' ;;
	'learn --type') echo 'TYPE' ;;
	'learn --class') echo 'CLASS' ;;
	'learn --pid') echo '-' ;;
	'learn --ppid') echo '-' ;;
	'learn --uid') echo '-' ;;
	'learn --euid') echo '-' ;;
	'learn --loginuid') echo '-' ;;
	'learn --comm') echo '-' ;;
	'learn --exe') echo '-' ;;
	'learn --cgroup') echo '-' ;;
	'learn --unit') echo '-' ;;
	'learn --container') echo '-' ;;
	'learn --path') echo '-' ;;
	'learn --port') echo '-' ;;
	'learn --address') echo '-' ;;
	'learn --verdict') echo 'VERDICT' ;;
	'learn --seq') echo '-' ;;
	'learn --since') echo '-' ;;
	'learn --until') echo '-' ;;
	'learn --zone') echo '-' ;;
	'learn --window') echo '-' ;;
	'learn --alphabet') echo 'objects events' ;;
	'score --boot') echo '-' ;;
	'score --at') echo '-' ;;
	'score --capture') echo 'FILE' ;;
	'score --as') echo 'capture memory' ;;
	'score --limit') echo '-' ;;
	'score --type') echo 'TYPE' ;;
	'score --class') echo 'CLASS' ;;
	'score --pid') echo '-' ;;
	'score --ppid') echo '-' ;;
	'score --uid') echo '-' ;;
	'score --euid') echo '-' ;;
	'score --loginuid') echo '-' ;;
	'score --comm') echo '-' ;;
	'score --exe') echo '-' ;;
	'score --cgroup') echo '-' ;;
	'score --unit') echo '-' ;;
	'score --container') echo '-' ;;
	'score --path') echo '-' ;;
	'score --port') echo '-' ;;
	'score --address') echo '-' ;;
	'score --verdict') echo 'VERDICT' ;;
	'score --seq') echo '-' ;;
	'score --since') echo '-' ;;
	'score --until') echo '-' ;;
	'score --zone') echo '-' ;;
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
	local commands='show verify boots tree top stats export extract report index learn score'
	# end
	# classes: from abi/events.def
	local classes='guard patch exec task file net syslog kernel loss code access'
	# end
	# types: from abi/events.def
	local types='exec fork exit file_open file_unlink file_rename module_load kexec mkdir rmdir link chmod file_read file_write file_close mmap_exec mprotect_exec symlink mknod chown truncate utimes xattr_set xattr_remove mount move_mount umount pivot_root chroot port_access setuid setgid setgroups capset prctl ptrace signal seccomp namespaces cred_change cgroup socket bind listen connect accept sendto syslog kmsg module_live module_free module_request bpf bpf_prog bpf_map perf_event perf_bpf kernel_setting lockdown_use keyring clock_set kernel_log oops panic admin_call access limited violation patch agent lock unlock drop patches module_code dynamic_code data_change remap agent_state'
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
	TYPE | CLASS | VERDICT)
		local done=
		[[ $value == CLASS ]] && types=$classes
		[[ $value == VERDICT ]] && types='allow deny skip fault stop none'
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
