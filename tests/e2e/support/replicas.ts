import type { Json } from "../../scenarios/support/json.ts";
import { makeServingCertificate } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { Operator, register } from "./operator.ts";
import { RoundRobin } from "./round_robin.ts";

export interface ReplicasOptions {
  readonly name: string;
  readonly count?: number;
  readonly config?: Json;
}

/** Several replicas of one operator: one Lease, one serving certificate, one address for all. */
export class Replicas {
  readonly operators: readonly Operator[];
  readonly balancer: RoundRobin;
  readonly certDir: string;

  private constructor(operators: readonly Operator[], balancer: RoundRobin, certDir: string) {
    this.operators = operators;
    this.balancer = balancer;
    this.certDir = certDir;
  }

  /** Waits until all are ready, and one leads. */
  static async start(cluster: Cluster, { name, count = 3, config = {} }: ReplicasOptions): Promise<Replicas> {
    const { dir, caBundle } = await makeServingCertificate(`${cluster.dir}/replicas-${name}`);
    const spawn = () =>
      Operator.spawn(cluster, {
        name,
        registers: false,
        config: { ...config, webhook: { certDir: dir, ...config.webhook } },
        // Here all pods have one address, and differ in their ports.
        env: { POD_IP: "127.0.0.1" },
      });
    // The first one makes what the others use.
    const operators = [await spawn()];
    operators.push(...await Promise.all(Array.from({ length: count - 1 }, spawn)));
    for (const operator of operators) await operator.ready();
    const [cert, key, ca] = await Promise.all(
      ["tls.crt", "tls.key", "ca.crt"].map((file) => Deno.readTextFile(`${dir}/${file}`)),
    );
    const backends = operators.map(({ webhookUrl }) => ({ port: Number(new URL(webhookUrl).port), ca: ca! }));
    const balancer = new RoundRobin(backends, { cert: cert!, key: key! });
    await register(cluster, { name, webhook: balancer.port, caBundle });
    const replicas = new Replicas(operators, balancer, dir);
    await eventually(async () => void await replicas.leader, 20_000);
    return replicas;
  }

  /** The one that leads by its own log. */
  get leader(): Operator {
    return this.operators[this.leaderIndex]!;
  }

  get leaderIndex(): number {
    const changes = ({ log }: Operator) => log.filter(({ message }) => /^leadership /.test(message));
    const index = this.operators.findIndex((each) =>
      changes(each).at(-1)?.message === "leadership acquired" && !each.hasEnded
    );
    if (index < 0) throw new Error("nobody leads");
    return index;
  }

  get alive(): Operator[] {
    return this.operators.filter((each) => !each.hasEnded);
  }

  /** Over all that live. */
  async metric(name: string, labels?: Record<string, string>): Promise<number> {
    const each = await Promise.all(this.alive.map((operator) => operator.metric(name, labels)));
    return each.reduce((sum, value) => sum + value, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const operator of this.operators) await operator[Symbol.asyncDispose]();
    await this.balancer[Symbol.asyncDispose]();
  }
}
