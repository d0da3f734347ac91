export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The script by which a shell asks `serinus __complete` for possible words. Each word is passed as an argument, so that
 * nothing typed is ever executed as code.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
  }
}

/** Bash splits words at `=` and `:`; the part before the split must not be inserted again. */
const BASH = `# serinus: completion for bash
_serinus() {
  local line word words candidate cut
  line="\${COMP_LINE:0:COMP_POINT}"
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  word="\${words[\${#words[@]}-1]}"
  cut=""
  [[ "$word" == *[=:]* && "$COMP_WORDBREAKS" == *[=:]* ]] && cut="\${word%"\${word##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ -n "$candidate" ]] && COMPREPLY+=("\${candidate#"$cut"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _serinus serinus
`;

const ZSH = `#compdef serinus
# serinus: completion for zsh
_serinus() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  (( \${#candidates} )) && [[ -n "\${candidates[1]}" ]] && compadd -a candidates || _files
}
if [ "$funcstack[1]" = "_serinus" ]; then _serinus "$@"; else compdef _serinus serinus; fi
`;

const FISH = `# serinus: completion for fish
function __serinus_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c serinus -a '(__serinus_complete)'
`;
