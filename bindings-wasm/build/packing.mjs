/**
 * Bytes as a text of printable letters that compresses nearly as well as the bytes themselves.
 *
 * Base64 shifts bytes against letters, so that what repeats in a module repeats no more in its text, and a compressed
 * download grows by a third. Here a byte is one letter, or a rare one two: its rank among the bytes by frequency, behind
 * one of two letters that say "further down". No letter needs an escape in any kind of quotes, or means anything in a page.
 */

/** Every letter that may stand: the printable ones of ASCII but `"`, `'`, `` ` ``, `\`, `$` and `<`. */
const LETTERS = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((one) => !'"\'`\\$<'.includes(one)).join('');

/** The text of bytes, and the bytes that it uses by rank, as hex. */
export function pack(bytes) {
  const count = new Array(256).fill(0);
  for (const byte of bytes) count[byte] += 1;
  const ranked = [...count.keys()].sort((one, other) => count[other] - count[one]);
  const letters = [];
  const direct = LETTERS.length - 2;
  ranked.forEach((byte, rank) => {
    const further = rank < direct ? '' : LETTERS[Math.floor(rank / direct) - 1];
    letters[byte] = further + LETTERS[2 + (rank % direct)];
  });
  const text = Array.from(bytes, (byte) => letters[byte]).join('');
  const order = Buffer.from(ranked).toString('hex');
  if (!Buffer.from(unpack(LETTERS, order, bytes.length, text)).equals(bytes)) throw new Error('what was packed is not what is unpacked');
  return `unpack('${LETTERS}', '${order}', ${bytes.length}, '${text}')`;
}

/** The bytes of a text. Goes into the package as it stands here. */
export function unpack(letters, order, length, text) {
  const [ranks, bytes, direct] = [new Uint8Array(128), new Uint8Array(length), letters.length - 2];
  const ranked = Uint8Array.from({ length: 256 }, (_, at) => parseInt(order.slice(2 * at, 2 * at + 2), 16));
  for (let at = 0; at < letters.length; at += 1) ranks[letters.charCodeAt(at)] = at;
  let further = 0;
  for (let at = 0, to = 0; at < text.length; at += 1) {
    const rank = ranks[text.charCodeAt(at)];
    if (rank < 2) further = (rank + 1) * direct;
    else {
      bytes[to++] = ranked[further + rank - 2];
      further = 0;
    }
  }
  return bytes;
}
