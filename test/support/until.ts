/** Waits until the condition holds, two minutes at most. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 2400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Waits until the expectations hold; what they say after two minutes is the error. */
export async function untilPasses(expectations: () => void): Promise<void> {
  for (let i = 0; i < 2400; i++) {
    try {
      return expectations();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  expectations();
}
