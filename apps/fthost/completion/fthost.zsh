#compdef fthost
# Completion of fthost's words in zsh. It asks the program itself, so that it never knows less or more than that does.
# Installed as share/zsh/site-functions/_fthost; by hand: a folder of $fpath.

_fthost() {
  local program=${words[1]} command=${words[2]}
  local -a candidates
  if [[ $PREFIX == -* ]]; then
    [[ $CURRENT -gt 2 && $command != *[./]* ]] || command=my.toml
    candidates=(${(f)"$($program $command --help 2>/dev/null | sed -n 's/^  \(-[a-z] \[ \)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p')"})
    compadd -a candidates
  elif [[ $CURRENT -eq 2 ]]; then
    candidates=(${(f)"$($program --help 2>/dev/null | sed -n '/^Commands:$/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')"})
    compadd -a candidates
    _files
  elif [[ $command == options ]]; then
    candidates=(${(f)"$($program plugins 2>/dev/null | sed -n 's/^\([a-z][a-z]*\)  *\([^ ]*\).*/\1\/\2/p')"})
    compadd -a candidates
  elif [[ $command == new && $CURRENT -eq 3 ]]; then
    candidates=(${(f)"$($program plugins 2>/dev/null | sed -n 's/^\([a-z][a-z]*\) .*/\1/p' | sort -u)"})
    compadd -a candidates
  else
    _files
  fi
}

_fthost "$@"
