import type { Spread } from './quantiles.ts';
import type { LoadReport } from './report.ts';
import type { LoadProgress } from './run.ts';

/** Timers later than this at p99 (milliseconds) say that the generator had not enough of the machine. */
const TOO_LATE_MS = 50;

/** One line while it runs. */
export function progressLine({ phase, seconds, ...progress }: LoadProgress, before?: LoadProgress): string {
  const parts = [`${phase} ${seconds.toFixed(0)} s`, `${progress.there} of ${progress.people} there`];
  if (progress.failed > 0) parts.push(`${progress.failed} failed`);
  if (before !== undefined) {
    const received = progress.packetsReceived - before.packetsReceived;
    const sent = progress.packetsSent - before.packetsSent;
    const bits = 8 * (progress.octetsReceived - before.octetsReceived);
    parts.push(`${grouped(received)} packets/s received (${rate(bits)}), ${grouped(sent)} sent`);
  }
  return parts.join(', ');
}

/** What was found, for people. */
export function reportText(report: LoadReport): string {
  const { plan, machine, people, joins, audio, video, perSecond, generator } = report;
  const lines = [
    `${plan.conferences} × ${plan.participants} people, ${report.measured.toFixed(1)} s measured, on ${machine.cores} cores (${machine.model}), load average ${machine.loadAverage.toFixed(1)} before`,
    `${people.stayed} of ${people.planned} came and stayed${failures(people.failures)}`,
    '',
    ...table([
      ['', 'median', 'p95', 'p99', 'max', 'of'],
      row('seat, ms', joins.seatMs, 0),
      row('media connected, ms', joins.connectedMs, 0),
      row('first packet, ms', joins.firstPacketMs, 0),
      row('received each, kbit/s', report.bitsPerSecond, 0, 0.001),
      row('sound lost, %', audio.loss, 2, 100),
      row('video lost, %', video.loss, 2, 100),
      row('sound jitter, ms', audio.jitterMs, 1),
      row('video jitter, ms', video.jitterMs, 1),
      row('pictures a second', video.framesPerSecond, 1),
      row('freezes of a picture', video.freezes, 0),
      row('stood still, ms', video.frozenMs, 0),
    ]),
    '',
    `${joins.perSecond.toFixed(1)} joins/s, from the first one's setting out to the last one's being connected`,
    `received ${grouped(perSecond.received)} packets/s, ${rate(perSecond.bitsReceived)}; sent ${grouped(perSecond.sent)} packets/s`,
    `lost ${audio.lost} of ${audio.lost + audio.packets} packets of sound, ${video.lost} of ${video.lost + video.packets} of video (${video.recovered} came when asked for again); ${video.frozenStreams} of ${video.streams} pictures froze`,
    `the generator: ${generator.cores.toFixed(2)} cores in ${generator.processes} process(es), ${generator.microsecondsPerPacket.toFixed(1)} µs a packet, timers late by ${generator.lateMs.median.toFixed(1)} ms (p99 ${generator.lateMs.p99.toFixed(1)}, at worst ${generator.lateMs.max.toFixed(0)})`,
  ];
  if (generator.lateMs.p99 > TOO_LATE_MS)
    lines.push('The generator itself was short of time: jitter and freezes are its own in part.');
  if (people.failures['room/too-many-joins'] !== undefined)
    lines.push('The server limits joins from one address: LIMIT_JOINS=off, for as long as this takes.');
  return lines.join('\n');
}

function row(name: string, spread: Spread | undefined, digits: number, factor = 1): string[] {
  if (spread === undefined) return [name, '', '', '', '', '0'];
  const { median, p95, p99, max, count } = spread;
  return [name, ...[median, p95, p99, max].map((value) => (value * factor).toFixed(digits)), String(count)];
}

/** First column to the left, numbers to the right. Rows of nothing are left out. */
function table(rows: readonly (readonly string[])[]): string[] {
  const kept = rows.filter((cells) => cells.at(-1) !== '0');
  const widths = (kept[0] ?? []).map((_, column) =>
    Math.max(...kept.map((cells) => cells[column]?.length ?? 0)),
  );
  return kept.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function failures(counts: Readonly<Record<string, number>>): string {
  const list = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
  return list.length === 0 ? '' : `; ${list.join(', ')}`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function rate(bitsPerSecond: number): string {
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}
