/**
 * The value of a JSON text in which no object has a member twice. `JSON.parse` takes the last one, others the first: what one
 * program checked could be another thing than what the next one reads (RFC 8259 section 4, RFC 7519 section 4).
 * Throws a SyntaxError, whose message may hold parts of the text.
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // The text is JSON: a string before a colon is a member's name.
  const open: Set<string>[] = [];
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (name !== undefined) {
      const names = open.at(-1);
      // Two spellings can be one name: "exp" and "\u0065xp".
      const plain: unknown = JSON.parse(name);
      if (names === undefined || typeof plain !== 'string') throw new SyntaxError('not JSON');
      if (names.has(plain)) throw new SyntaxError('a name is there twice');
      names.add(plain);
    }
  }
  return value;
}
