/** Answers that are failures to the policies, and still answers to the caller. */

/** Carries an answer that did not end the call. */
export class Answered extends Error {
  override readonly name = 'Answered';

  constructor(readonly response: Response) {
    super(`status ${response.status}`);
  }
}

/** The last such answer of a call; the bodies of those before it are given up, so that their connections are free. */
export class LastAnswer {
  #response: Response | undefined;

  /** Keeps an answer, and gives up the one before it. */
  keep(response: Response): Answered {
    this.discard();
    this.#response = response;
    return new Answered(response);
  }

  /** Gives the answer up. */
  discard(): void {
    // A body that is read or broken already has nothing left to give up.
    this.#response?.body?.cancel().catch(() => undefined);
    this.#response = undefined;
  }

  /** The answer that a call ended with, `undefined` when it ended with another error. */
  of(error: unknown): Response | undefined {
    if (error instanceof Answered) return error.response;
    this.discard();
    return undefined;
  }
}
