export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The hidden command the scripts ask. It answers one candidate a line: the word, a tab, a description. */
export const completeCommand = '__complete';

/** The script that teaches a shell to complete `tagalong`. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash;
    case 'zsh':
      return zsh;
    case 'fish':
      return fish;
  }
}

const bash = `# Completion of tagalong for bash. In ~/.bashrc:  source <(tagalong completion bash)
_tagalong() {
  local line="\${COMP_LINE:0:COMP_POINT}" current words candidates
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  local IFS=$'\\n'
  candidates=($("\${words[0]}" ${completeCommand} -- "\${words[@]:1}" 2>/dev/null | cut -f1))
  COMPREPLY=("\${candidates[@]}")
  # Readline cuts words at colons; what it has already is taken off again.
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local prefix="\${current%"\${current##*:}"}" i
    for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do COMPREPLY[i]="\${COMPREPLY[i]#"$prefix"}"; done
  fi
  [[ \${#COMPREPLY[@]} -eq 1 && ( "\${COMPREPLY[0]}" == */ || "\${COMPREPLY[0]}" == *: ) ]] && compopt -o nospace
  return 0
}
complete -o default -F _tagalong tagalong
`;

const zsh = `#compdef tagalong
# Completion of tagalong for zsh. In ~/.zshrc, behind compinit:  source <(tagalong completion zsh)
_tagalong() {
  local -a lines candidates
  local line word description
  lines=("\${(@f)$("\${words[1]}" ${completeCommand} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    word="\${line%%$'\\t'*}"
    description="\${line#*$'\\t'}"
    candidates+=("\${word//:/\\\\:}:\${description}")
  done
  if (( \${#candidates} )); then _describe 'tagalong' candidates; else _files; fi
}
compdef _tagalong tagalong
`;

const fish = `# Completion of tagalong for fish. In ~/.config/fish/config.fish:  tagalong completion fish | source
function __tagalong_complete
  set -l words (commandline -opc) (commandline -ct)
  command $words[1] ${completeCommand} -- $words[2..-1] 2>/dev/null
end
complete -c tagalong -f -a '(__tagalong_complete)'
complete -c tagalong -n '__fish_seen_argument -l oci-layout -l docker-archive -l out -l data -l api-key-file' -F
`;
