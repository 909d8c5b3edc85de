// Stands before the request channel of a real mediasoup worker (messages with a 32-bit length in front): lets the requests for a router and four
// transports pass, and kills the worker at the next one, which starts DTLS. Argument: the worker's process id.
const PASS = 5;
const pid = Number(process.argv[2]);

let buffered: Buffer = Buffer.alloc(0);
let passed = 0;
process.stdin.on('data', (chunk: Buffer) => {
  buffered = Buffer.concat([buffered, chunk]);
  while (buffered.length >= 4) {
    const end = 4 + buffered.readUInt32LE(0);
    if (buffered.length < end) return;
    if (passed === PASS) {
      process.kill(pid, 'SIGSEGV');
      process.exit();
    }
    passed += 1;
    process.stdout.write(buffered.subarray(0, end));
    buffered = buffered.subarray(end);
  }
});
