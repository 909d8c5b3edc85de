/**
 * People come into meetings with everything they have, and leave, for half an hour: whether anything of them stays.
 *
 * `npm run bench -- soak [minutes]`. `npm test -- media` has a short one.
 */
import { argument, machineLine, measure } from './lib/load.ts';
import { growthText, megabytes, weighedServer, type Weight } from './lib/memory.ts';
import { saveResult } from './lib/results.ts';

const minutes = argument(0, 30, 1, 24 * 60);
/** Rounds after which what is loaded and compiled is there, and the worker has its pages: 1,040 people. */
const FIRST = 13;

const weighed = await weighedServer();
const weights: Weight[] = [];
let joins = 0;
let failures = 0;
try {
  console.log(`${machineLine()}\n`);
  const end = performance.now() + minutes * 60_000;
  for (let round = 1; performance.now() < end || round <= FIRST + 1; round += 1) {
    const { report } = await measure(weighed.server, {
      conferences: 20,
      participants: 4,
      joinsPerSecond: 60,
      settle: 0,
      duration: 2,
      video: { bitrate: 100_000, layers: 3, framesPerSecond: 10 },
      dtx: true,
      estimate: round % 2 === 0,
    });
    joins += report.people.planned;
    failures += report.people.planned - report.people.stayed;
    const weight = await weighed.weigh();
    weights.push(weight);
    if (round % 10 === 0) console.log(`${joins} joins and leaves, ${failures} failed: ${megabytes(weight)}`);
  }
  const [before, after] = [weights[FIRST - 1], weights.at(-1)];
  if (before !== undefined && after !== undefined)
    console.log(
      `growth after the first ${FIRST} of ${weights.length} rounds, of ${joins} joins and leaves in all (${failures} failed): ${growthText(before, after)}`,
    );
  console.log(`what keeps Node running: ${JSON.stringify(await weighed.resources())}`);
} finally {
  await weighed.stop();
}
saveResult('soak', { machine: machineLine(), minutes, joins, failures, weights });
