import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [WIDTH, HEIGHT] = [640, 360];
const MARGIN = { left: 64, right: 16, top: 40, bottom: 48 } as const;
/** Told apart without colours too: by their marks. */
const STYLES = [
  { colour: '#0b6bcb', dash: '' },
  { colour: '#c2410c', dash: '6 3' },
  { colour: '#15803d', dash: '2 3' },
  { colour: '#7e22ce', dash: '8 3 2 3' },
] as const;

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

/** Draws lines over two linear axes that begin at 0, as an SVG document. */
function draw({ title, x, y, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const right = ceilingOf(Math.max(1, ...points.map((point) => point.x)));
  const top = ceilingOf(Math.max(Number.MIN_VALUE, ...points.map((point) => point.y)));
  const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const atX = (value: number) => (MARGIN.left + (value / right) * inner.width).toFixed(1);
  const atY = (value: number) => (MARGIN.top + (1 - value / top) * inner.height).toFixed(1);
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(MARGIN.left, 20, title, 'font-weight="bold" font-size="14"'),
    ...steps.flatMap((step) => [
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${atY(step * top)}" y2="${atY(step * top)}" stroke="#ddd"/>`,
      text(MARGIN.left - 6, Number(atY(step * top)) + 4, label(step * top), 'text-anchor="end"'),
      text(
        Number(atX(step * right)),
        HEIGHT - MARGIN.bottom + 16,
        label(step * right),
        'text-anchor="middle"',
      ),
    ]),
    text(MARGIN.left + inner.width / 2, HEIGHT - 10, x, 'text-anchor="middle"'),
    `<g transform="translate(14 ${MARGIN.top + inner.height / 2}) rotate(-90)">${text(0, 0, y, 'text-anchor="middle"')}</g>`,
    ...series.flatMap((one, index) => line(one, index, atX, atY)),
  ];
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

/** Draws into `docs/images/<name>.svg`. */
export function savePlot(name: string, plot: Plot): void {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'images', `${name}.svg`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, draw(plot));
  console.log(path);
}

function line(
  { name, points }: Series,
  index: number,
  atX: (value: number) => string,
  atY: (value: number) => string,
): string[] {
  const { colour, dash } = STYLES[index % STYLES.length] ?? STYLES[0];
  const path = points.map(({ x, y }) => `${atX(x)},${atY(y)}`).join(' ');
  const legend = MARGIN.top + 8 + index * 18;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
    ...points.map(({ x, y }) => `<circle cx="${atX(x)}" cy="${atY(y)}" r="3" fill="${colour}"/>`),
    `<line x1="${MARGIN.left + 10}" x2="${MARGIN.left + 40}" y1="${legend}" y2="${legend}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
    text(MARGIN.left + 46, legend + 4, name),
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The next larger number of 1, 2, 4, 5, 8 and a power of ten: its quarters are short to write. */
function ceilingOf(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((digit) => digit * power >= value) ?? 10) * power;
}

function label(value: number): string {
  return value >= 10_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(Number(value.toPrecision(3)));
}
