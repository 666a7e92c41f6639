/**
 * The scripts that let shells ask `ziglog __complete` what fits. They hold no names themselves, so that they stay true
 * when ziglog is updated.
 *
 * @module
 */

/** The shells. */
export const SHELLS = ["bash", "zsh", "fish", "pwsh"] as const;

/** A shell. */
export type Shell = typeof SHELLS[number];

/** Also for bash 3.2, which macOS has. Bash parts words at "=", and replaces only what stands behind it. */
const BASH = `# ziglog for bash; in ~/.bashrc: eval "$(ziglog completions bash)"
_ziglog() {
  local -a words
  local last=-1 i word line cut= kind=
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((last >= 0)) && [[ ($word == = && \${words[last]} == --*) || \${words[last]} == --*= ]]; then
      words[last]+=$word
    else
      words[++last]=$word
    fi
  done
  word=\${words[last]}
  unset "words[last]"
  [[ $word == --*=* ]] && cut=\${word%%=*}=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    else
      line=\${line%%$'\\t'*}
      COMPREPLY+=("$(printf %q "\${line#"$cut"}")")
    fi
  done < <("$1" __complete "=$word" \${words[@]+"\${words[@]}"} 2>/dev/null)
  [[ $kind == files ]] && kind=-f
  [[ $kind == directories ]] && kind=-d
  if [[ $kind == -? ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen "$kind" -- "\${word#"$cut"}")
  fi
}
complete -F _ziglog ziglog
`;

const ZSH = `#compdef ziglog
# ziglog for zsh; in ~/.zshrc, behind compinit: eval "$(ziglog completions zsh)"
_ziglog() {
  local line current=\${(Q)words[CURRENT]}
  local -a lines candidates before
  before=("\${(@Q)words[2,CURRENT-1]}")
  lines=("\${(@f)$("\${(Q)words[1]}" __complete "=$current" "\${before[@]}" 2>/dev/null)}")
  for line in "\${(@)lines[2,-1]}"; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (($#candidates)) && _describe -V ziglog candidates
  [[ $current == --*=* ]] && compset -P '*='
  case $lines[1] in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _ziglog ]]; then _ziglog "$@"; else compdef _ziglog ziglog; fi
`;

const FISH = `# ziglog for fish; in ~/.config/fish/config.fish: ziglog completions fish | source
function __ziglog_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete "=$current" $words 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case directories
            __fish_complete_directories "$current"
    end
    set -e lines[1]
    test (count $lines) -gt 0; and printf '%s\\n' $lines
end
complete -c ziglog -f -k -a '(__ziglog_complete)'
`;

const PWSH = `# ziglog for PowerShell; in $PROFILE: ziglog completions pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ziglog -ScriptBlock {
    param($current, $line, $cursor)
    $words = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
    $program, $before = $words
    $lines = @(& $program __complete "=$current" @before 2>$null)
    if ($lines[0] -ne 'none') { return }
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $value, $help = $_ -split "\`t", 2
        $quoted = if ($value -match "[\\s'\`"$;(){}]") { "'" + $value.Replace("'", "''") + "'" } else { $value }
        $tip = if ($help) { $help } else { $value }
        [System.Management.Automation.CompletionResult]::new($quoted, $value, 'ParameterValue', $tip)
    }
}
`;

/** The scripts by shell. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, pwsh: PWSH };
