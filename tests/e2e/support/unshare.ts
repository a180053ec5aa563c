/** Whether this machine lets a test have namespaces of its own, by these flags of `unshare`. */
export async function mayUnshare(...flags: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("unshare", { args: [...flags, "true"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
