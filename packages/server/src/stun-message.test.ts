import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, answerBinding, parseStun } from './stun-message.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** RFC 5769 section 2.1: a request with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, MESSAGE-INTEGRITY and FINGERPRINT. */
const SAMPLE_REQUEST = hex(`
  00 01 00 58  21 12 a4 42  b7 e7 a7 01  bc 34 d6 86  fa 87 df ae
  80 22 00 10  53 54 55 4e  20 74 65 73  74 20 63 6c  69 65 6e 74
  00 24 00 04  6e 00 01 ff
  80 29 00 08  93 2f f9 b1  51 26 3b 36
  00 06 00 09  65 76 74 6a  3a 68 36 76  59 20 20 20
  00 08 00 14  9a ea a7 0c  bf d8 cb 56  78 1e f2 b5  b2 d3 f2 49  c1 b5 71 a2
  80 28 00 04  e5 7a 3b cf`);
const TRANSACTION = 'b7e7a701bc34d686fa87dfae';
/** The attribute of sections 2.2 and 2.3 with its head: 192.0.2.1 and 2001:db8:1234:5678:11:2233:4455:6677, port 32853. */
const MAPPED_V4 = '002000080001a147e112a643';
const MAPPED_V6 = '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9';

const V4 = { address: '192.0.2.1', port: 32_853 };
const V6 = { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 };
const REQUEST = hex(`000100002112a442${TRANSACTION}`);
/** `REQUEST` with a FINGERPRINT. */
const MARKED = hex(`000100082112a442${TRANSACTION}80280004fdf6ae02`);

describe('a Binding request', () => {
  test('is answered with the address of its sender', () => {
    expect(answerBinding(REQUEST, V4)?.toString('hex')).toBe(`0101000c2112a442${TRANSACTION}${MAPPED_V4}`);
    expect(answerBinding(REQUEST, V6)?.toString('hex')).toBe(`010100182112a442${TRANSACTION}${MAPPED_V6}`);
  });

  test('with a fingerprint gets one in the answer', () => {
    for (const sender of [V4, V6]) {
      const answer = answerBinding(MARKED, sender);
      const parsed = parseStun(answer ?? Buffer.alloc(0));
      expect(parsed?.attributes.map(({ type }) => type)).toEqual([0x0020, 0x8028]);
    }
  });

  test('may hold attributes that need not be understood', () => {
    const software = hex(`0001000c2112a442${TRANSACTION}8022000561626364 65000000`);
    expect(answerBinding(software, V4)?.toString('hex')).toContain(MAPPED_V4);
  });
});

describe('no answer is given', () => {
  test.each([
    ['an empty datagram', Buffer.alloc(0)],
    ['a request that is cut off', REQUEST.subarray(0, 19)],
    ['a request with bytes too many', Buffer.concat([REQUEST, Buffer.alloc(4)])],
    ['one without the magic cookie (RFC 3489)', hex(`0001000000000000${TRANSACTION}`)],
    ['an indication', hex(`001100002112a442${TRANSACTION}`)],
    ['a success, which could come from another such server', hex(`010100002112a442${TRANSACTION}`)],
    ['an Allocate request', hex(`000300002112a442${TRANSACTION}`)],
    ['an attribute that has to be understood', hex(`000100082112a442${TRANSACTION}0003000400000006`)],
    ['an attribute that leads beyond the end', hex(`000100042112a442${TRANSACTION}80220001`)],
    ['an attribute without its padding', hex(`000100052112a442${TRANSACTION}8022000141`)],
    ['a wrong fingerprint', Buffer.concat([MARKED.subarray(0, -1), Buffer.from([0])])],
    ['a fingerprint that is not the last', hex(`0001000c2112a442${TRANSACTION}802800048efe89cd80220000`)],
    ['a connectivity check', SAMPLE_REQUEST],
    ['DTLS', hex('16fefd0000000000000000003c010000300000')],
  ])('to %s', (_what, datagram) => {
    expect(answerBinding(datagram, V4)).toBeUndefined();
  });

  test('to a sender whose address is none', () => {
    expect(answerBinding(REQUEST, { address: 'nonsense', port: 1 })).toBeUndefined();
  });

  test('to more than fits into a datagram of any path', () => {
    const request = Buffer.alloc(1_300);
    REQUEST.copy(request);
    request.writeUInt16BE(1_280, 2);
    request.writeUInt16BE(0x8022, 20);
    request.writeUInt16BE(1_276, 22);
    expect(answerBinding(request, V4)).toBeUndefined();
  });

  test('to random bytes, and none is much longer than its request', () => {
    const attributes = fc.array(
      fc
        .record({
          type: fc.oneof(fc.nat(0xffff), fc.constantFrom(0x8022, 0x8028)),
          value: fc.uint8Array({ maxLength: 40 }),
        })
        .map(({ type, value }) => {
          const head = Buffer.alloc(4);
          head.writeUInt16BE(type);
          head.writeUInt16BE(value.length, 2);
          return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
        }),
      { maxLength: 4 },
    );
    const requests = attributes.map((parts) => {
      const body = Buffer.concat(parts);
      const head = Buffer.from(REQUEST);
      head.writeUInt16BE(body.length, 2);
      return Buffer.concat([head, body]);
    });
    const mutated = fc
      .tuple(requests, fc.nat(200), fc.nat(255))
      .map(([request, at, byte]) =>
        Buffer.concat([request.subarray(0, at), Buffer.from([byte]), request.subarray(at + 1)]),
      );
    const senders = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.nat(0xffff) });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
          requests,
          mutated,
        ),
        senders,
        (datagram, sender) => {
          const answer = answerBinding(datagram, sender);
          if (answer === undefined) return;
          expect(answer.length).toBeLessThanOrEqual(datagram.length + 24);
          expect(parseStun(answer)?.type).toBe(0x0101);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test('the sample request of RFC 5769 is read with its fingerprint', () => {
  const message = parseStun(SAMPLE_REQUEST);
  expect(message?.type).toBe(1);
  expect(message?.transaction.toString('hex')).toBe(TRANSACTION);
  expect(message?.attributes.map(({ type }) => type)).toEqual([0x8022, 0x24, 0x8029, 0x06, 0x08, 0x8028]);
  expect(message?.attributes[3]?.value.toString()).toBe('evtj:h6vY');
});

test.each([
  ['203.0.113.7', 'cb007107'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
])('%s has the right bytes', (text, bytes) => {
  expect(addressBytes(text)?.toString('hex')).toBe(bytes);
});
