import { isObject, objectAt, textAt } from "../../domain/json.ts";
import { Circuit } from "../../runtime/circuit.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { ADDRESS_ANNOTATION, addressText, leaderAddress, type PeerAddress } from "./leader_address.ts";
import type { PeerClient, PeerTarget } from "./peer_client.ts";
import type { PeerKeys } from "./peer_keys.ts";
import type { ForwardResult } from "./results.ts";
import { FORWARDED_PATH, SIGNATURE_HEADER, signatureText } from "./signature_header.ts";

/** Of the Lease, as it was last seen. */
export interface Election {
  readonly holder: string | undefined;
  annotation(key: string): string | undefined;
}

export interface ForwarderDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly election: Election;
  readonly keys: PeerKeys;
  readonly client: PeerClient;
  readonly onResult: (result: ForwardResult) => void;
  readonly onCircuit: (isOpen: boolean) => void;
}

export interface ForwarderOptions {
  readonly identity: string;
  readonly deadlineMs: number;
}

/** How the leader proves itself. */
export type Trust = Pick<PeerTarget, "ca" | "serverName">;

/** A review as it came. */
export interface AskedReview {
  readonly uid: string;
  readonly body: Uint8Array;
}

/** The leader's: a patch in base64, or none, and the pod is allowed as it is. */
export interface ForwardedAnswer {
  readonly patch: string | undefined;
}

interface Leader {
  readonly holder: string;
  readonly address: PeerAddress;
}

const REFUSALS = 3;
/** Of one review that is tried, and waits its deadline: short at first, since a leader may only have been busy. */
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A process that was held up finds its timers due before it has read what came long ago: it looks once more. */
const LAST_LOOK_MS = 5;

/** Passes reviews on to the leader, as long as there is another one that answers in time. */
export class Forwarder {
  readonly #deps: ForwarderDeps;
  readonly #options: ForwarderOptions;
  readonly #circuit: Circuit;
  #trust: Trust | undefined;
  #leader: Leader | undefined;
  /** As it was last told. */
  #isOpen = false;

  constructor(deps: ForwarderDeps, options: ForwarderOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#circuit = new Circuit({
      refusals: REFUSALS,
      silenceMs: options.deadlineMs,
      waitMs: WAIT_MS,
      longestWaitMs: LONGEST_WAIT_MS,
    });
  }

  get longestWaitMs(): number {
    return this.#options.deadlineMs + LAST_LOOK_MS;
  }

  /** Undefined: nothing can be forwarded. */
  trust(trust: Trust | undefined): void {
    this.#trust = trust;
    this.#aim(this.#leader);
  }

  /** The leader's answer; undefined: this replica is to decide. Never rejects, and takes no longer than the deadline. */
  async ask(review: AskedReview): Promise<ForwardedAnswer | undefined> {
    const { clock, election, onResult } = this.#deps;
    if (this.#trust === undefined || election.holder === this.#options.identity) return undefined;
    const leader = this.#find();
    if (leader === undefined) return void onResult("no_leader");
    const attempt = this.#circuit.begin(clock.now());
    if (attempt === undefined) return void onResult("circuit_open");
    const { result, answer, error } = await this.#send(review, leader);
    onResult(result);
    if (result === "answered") this.#circuit.succeed(attempt, clock.now());
    else this.#circuit.fail(attempt, clock.now());
    this.#tell(leader, { result, error });
    return answer;
  }

  /** Who leads by the Lease; another one starts afresh. */
  #find(): Leader | undefined {
    const { election } = this.#deps;
    const holder = election.holder ?? "";
    const address = leaderAddress({ holder, annotation: election.annotation(ADDRESS_ANNOTATION) });
    if (address === undefined) return undefined;
    const known = this.#leader;
    const isKnown = known?.holder === holder && addressText(known.address) === addressText(address);
    if (!isKnown) {
      this.#leader = { holder, address };
      this.#circuit.reset();
      this.#aim(this.#leader);
      this.#tell(this.#leader, { result: "answered" });
    }
    return this.#leader;
  }

  #aim(leader: Leader | undefined): void {
    const trust = this.#trust;
    this.#deps.client.aim(
      trust === undefined || leader === undefined ? undefined : { address: leader.address, ...trust },
    );
  }

  async #send(
    { uid, body }: AskedReview,
    leader: Leader,
  ): Promise<{ result: ForwardResult; answer?: ForwardedAnswer; error?: unknown }> {
    const { clock, keys, client } = this.#deps;
    const ms = this.#options.deadlineMs;
    const limit = new AbortController();
    const giveUp = () => limit.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError"));
    let cancel = clock.after(ms, () => cancel = clock.after(LAST_LOOK_MS, giveUp));
    try {
      const signature = signatureText(keys.sign({ to: addressText(leader.address), body }));
      const headers = { "content-type": "application/json", [SIGNATURE_HEADER]: signature };
      const { status, body: text } = await client.post({ path: FORWARDED_PATH, headers, body }, limit.signal);
      if (status === 421) return { result: "not_leading" };
      if (status !== 200) return { result: "refused", error: `status ${status}` };
      const answer = parseAnswer(text, uid);
      return answer === undefined ? { result: "invalid" } : { result: "answered", answer };
    } catch (error) {
      return { result: limit.signal.aborted ? "late" : "unreachable", error };
    } finally {
      cancel();
    }
  }

  /** One line when it opens and one when it closes. */
  #tell({ holder, address }: Leader, { result, error }: { result: ForwardResult; error?: unknown }): void {
    const { isOpen } = this.#circuit;
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#deps.onCircuit(isOpen);
    const leader = { leader: holder, address: addressText(address) };
    if (isOpen) {
      this.#deps.log.warn("the leader does not answer: this replica decides admission itself", {
        ...leader,
        result,
        ...error === undefined ? {} : { error },
      });
    } else {
      this.#deps.log.info("admission goes to the leader again", leader);
    }
  }
}

/** Of an AdmissionReview that answers this one; undefined: it does not. */
function parseAnswer(text: string, uid: string): ForwardedAnswer | undefined {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  const response = isObject(review) ? objectAt(review, "response") : {};
  if (textAt(response, "uid") !== uid || response["allowed"] !== true) return undefined;
  const patch = textAt(response, "patch");
  const isPatch = patch === undefined || textAt(response, "patchType") === "JSONPatch";
  return isPatch ? { patch } : undefined;
}
