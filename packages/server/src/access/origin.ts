/** Whether a page of this origin is our own: one of the host that was asked, or of `publicUrl` (RFC 6454 section 7, RFC 9110 section 7.2). */
export function isOwnOrigin(
  origin: string | undefined,
  host: string | undefined,
  publicUrl: string | undefined,
): boolean {
  if (origin === undefined) return false;
  if (origin === publicUrl) return true;
  const page = URL.parse(origin);
  return page !== null && /^https?:$/.test(page.protocol) && page.host === host?.toLowerCase();
}
