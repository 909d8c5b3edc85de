import type { Page } from 'playwright-core';

/** What a page showed over time. */
export interface Witness {
  /** The ids of those who had a tile, sorted, each time that changed; the first is from the start. */
  tiles(): Promise<string[]>;
  /** Notices and marks that stood on the page at some time since the start, from the wanted ones, in the order of their first appearance. */
  texts(): Promise<string[]>;
}

/** From now on watches who has a tile and which of the texts stand on the page. A tile that goes and comes back within one rendering is not seen gone. */
export async function witness(page: Page, wanted: readonly string[]): Promise<Witness> {
  const record = await page.evaluateHandle((wanted) => {
    const record = { tiles: [] as string[], texts: [] as string[] };
    const look = () => {
      const ids = [...document.querySelectorAll<HTMLElement>('[data-participant-id][data-source="camera"]')]
        .map((tile) => tile.dataset['participantId'] ?? '')
        .toSorted((one, other) => one.localeCompare(other));
      const tiles = [...new Set(ids)].join(' ');
      if (tiles !== record.tiles.at(-1)) record.tiles.push(tiles);
      const text = document.body.innerText;
      record.texts.push(...wanted.filter((each) => !record.texts.includes(each) && text.includes(each)));
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return record;
  }, wanted);
  return {
    tiles: () => record.evaluate(({ tiles }) => tiles),
    texts: () => record.evaluate(({ texts }) => texts),
  };
}
