/** Stands for "all" where SQL wants a number. */
export const everything = 1_000_000_000;
