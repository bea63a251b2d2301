/** Counts the images a workspace holds, owned and shared in. Counts everything that was recorded before it is asked. */
export interface ImageCounter {
  count(workspace: string): Promise<number>;
}

/** Injection token of the {@link ImageCounter}. */
export const IMAGE_COUNTER = Symbol('ImageCounter');
