/** Two circles that meet. `size`: a CSS length. */
export function Logo({ size }: { readonly size: string }) {
  return (
    <svg style={{ width: size, height: size }} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="15" fill="#0d6b5a" />
      <circle cx="25" cy="32" r="14" fill="#fff" />
      <circle cx="39" cy="32" r="14" fill="#ffb27a" />
      <path d="M32 19.9a14 14 0 0 1 0 24.2 14 14 0 0 1 0-24.2z" fill="#0d6b5a" />
    </svg>
  );
}
