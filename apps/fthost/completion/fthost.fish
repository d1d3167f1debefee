# Completion of fthost's words in fish. It asks the program itself, so that it never knows less or more than that does.
# Installed as share/fish/vendor_completions.d/fthost.fish.

function __fthost_commands
    fthost --help 2>/dev/null | sed -n '/^Commands:$/,/^$/s/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'
end

function __fthost_options
    set -l words (commandline -opc)
    set -l command my.toml
    if set -q words[2]; and string match -qr '^[a-z]+$' -- $words[2]
        set command $words[2]
    end
    fthost $command --help 2>/dev/null | sed -n 's/^  \(-[a-z] \[ \)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p'
end

function __fthost_components
    fthost plugins 2>/dev/null | sed -n 's/^\([a-z][a-z]*\)  *\([^ ]*\)  *\(.*\)/\1\/\2\t\3/p'
end

function __fthost_kinds
    fthost plugins 2>/dev/null | sed -n 's/^\([a-z][a-z]*\) .*/\1/p' | sort -u
end

complete -c fthost -n '__fish_is_first_arg' -a '(__fthost_commands)'
complete -c fthost -n 'string match -q -- "-*" (commandline -ct)' -a '(__fthost_options)'
complete -c fthost -n '__fish_seen_subcommand_from options' -f -a '(__fthost_components)'
complete -c fthost -n '__fish_seen_subcommand_from new' -a '(__fthost_kinds)'
