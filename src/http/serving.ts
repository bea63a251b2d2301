/** Tells whether the read model can be asked who may do what, and what there is. */
export interface Serving {
  /** @throws StoreUnavailableError while it cannot: it would answer with what held at some moment of the past */
  require(): void;
}

/** Injection token of {@link Serving}. */
export const SERVING = Symbol('Serving');
