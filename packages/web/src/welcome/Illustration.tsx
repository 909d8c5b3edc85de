/** People in tiles, one of them speaking. */
export function Illustration({ className }: { readonly className: string }) {
  return (
    <svg className={className} viewBox="0 0 520 440" aria-hidden="true">
      <rect x="30" y="26" width="460" height="388" rx="34" fill="#101917" stroke="#2e3936" />
      <Person x={54} y={50} ground="#24534a" coat="#ffb27a" skin="#8d5a3c" hair="#1d1512" />
      <Person x={268} y={50} ground="#3d4a78" coat="#dfe8ff" skin="#f2c9a5" hair="#7a3e1d" speaking />
      <Person x={54} y={204} ground="#6b4453" coat="#ffd9df" skin="#d99b73" hair="#332019" />
      <Person x={268} y={204} ground="#5d5a35" coat="#f3ebb4" skin="#5d3a28" hair="#0f0b09" />
      <g>
        <rect x="156" y="354" width="208" height="46" rx="23" fill="#202b28" />
        <circle cx="188" cy="377" r="14" fill="#36433f" />
        <circle cx="226" cy="377" r="14" fill="#36433f" />
        <circle cx="264" cy="377" r="14" fill="#36433f" />
        <rect x="292" y="363" width="56" height="28" rx="14" fill="#d93a43" />
      </g>
    </svg>
  );
}

interface PersonProps {
  readonly x: number;
  readonly y: number;
  readonly ground: string;
  readonly coat: string;
  readonly skin: string;
  readonly hair: string;
  readonly speaking?: boolean;
}

function Person({ x, y, ground, coat, skin, hair, speaking = false }: PersonProps) {
  return (
    <svg x={x} y={y} width="198" height="138" viewBox="0 0 198 138">
      <rect x="3" y="3" width="192" height="132" rx="18" fill={ground} />
      <path d="M44 135c0-34 24-50 55-50s55 16 55 50z" fill={coat} />
      <circle cx="99" cy="60" r="27" fill={skin} />
      <path
        d="M71 61c-3-25 12-38 29-38s31 12 27 38c-4-12-10-18-16-19-11 6-30 6-35 4-3 4-4 9-5 15z"
        fill={hair}
      />
      {speaking ? (
        <rect x="3" y="3" width="192" height="132" rx="18" fill="none" stroke="#5fe0bf" strokeWidth="5" />
      ) : null}
    </svg>
  );
}
