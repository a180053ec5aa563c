/** Tries a check again until it passes: for what is written behind the back of what was waited for. */
export async function eventually(check: () => Promise<void>, ms = 5_000): Promise<void> {
  for (const end = Date.now() + ms;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
