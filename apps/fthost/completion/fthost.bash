# Completion of fthost's words in bash. It asks the program itself, so that it never knows less or more than that does.
# Installed as share/bash-completion/completions/fthost; by hand: source this file.

# The commands, from `fthost --help`.
_fthost_commands() { "$1" --help 2>/dev/null | sed -n '/^Commands:$/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'; }

# The options of a command, or, where it is a pipeline file, of a run.
_fthost_options() {
  "$1" "$2" --help 2>/dev/null | sed -n 's/^  \(-[a-z] \[ \)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p'
}

# KIND/NAME of all components.
_fthost_components() { "$1" plugins 2>/dev/null | sed -n 's/^\([a-z][a-z]*\)  *\([^ ]*\).*/\1\/\2/p'; }

_fthost() {
  local program=$1 word=$2 command=${COMP_WORDS[1]:-} candidates=""
  COMPREPLY=()
  if [[ $word == -* ]]; then
    [[ $COMP_CWORD -gt 1 && $command != *[./]* ]] || command=my.toml
    candidates=$(_fthost_options "$program" "$command")
  elif [[ $COMP_CWORD -eq 1 ]]; then
    candidates=$(_fthost_commands "$program")
  elif [[ $command == options ]]; then
    candidates=$(_fthost_components "$program")
  elif [[ $command == new && $COMP_CWORD -eq 2 ]]; then
    candidates=$(_fthost_components "$program" | sed 's/\/.*//' | sort -u)
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
}

# Where nothing of the program's own fits: files and folders.
complete -o bashdefault -o default -F _fthost fthost
