/** The items of all pages of a paginated AWS API. */
export async function allOf<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) {
    found.push(...(itemsOf(page) ?? []));
  }
  return found;
}
