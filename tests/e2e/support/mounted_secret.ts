/** A directory as the kubelet mounts a Secret: a new version comes all at once, by the swap of one link. */
export class MountedSecret {
  readonly #dir: string;
  #version = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Files by their names. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const version = `..version_${++this.#version}`;
    await Deno.mkdir(`${this.#dir}/${version}`, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${this.#dir}/${version}/${name}`, text);
    }
    await this.#link(version, "..data");
    if (this.#version === 1) {
      for (const name of Object.keys(files)) await this.#link(`..data/${name}`, name);
    } else {
      await Deno.remove(`${this.#dir}/..version_${this.#version - 1}`, { recursive: true });
    }
  }

  /** Takes the place of what is there. */
  async #link(target: string, name: string): Promise<void> {
    await Deno.symlink(target, `${this.#dir}/..new`);
    await Deno.rename(`${this.#dir}/..new`, `${this.#dir}/${name}`);
  }
}
