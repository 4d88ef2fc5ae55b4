/** sysexits.h: something is wrong with the configuration. */
export const EX_CONFIG = 78
