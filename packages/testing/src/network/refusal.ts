/** Why no network can be made here, for people; undefined if it can. */
export function refusal(): string | undefined {
  if (process.platform !== 'linux') return 'Network namespaces are a thing of Linux.';
  if (process.getuid?.() !== 0) return 'Only root may make network namespaces.';
  // A container may deny them to its root; whoever runs the tests there has to say so, lest they go missing unnoticed.
  if (process.env['TREFF_NO_NAMESPACES'] === '1') return 'TREFF_NO_NAMESPACES=1 leaves this out.';
  return undefined;
}
