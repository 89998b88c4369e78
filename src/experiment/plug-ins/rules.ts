/** What every workload, fault and invariant of one's own keeps; a balancer keeps the contract's B1 to B14 instead. */
export const PLUG_IN_RULES = {
  P1: 'its file loads, and exports one object of one kind under a name of its own',
  P2: 'it gives and asks for what its kind gives and asks for',
  P3: 'nothing throws',
  P4: 'everything returns, and lets virtual time go on',
  P5: 'time and chance come from the simulator alone',
} as const;

export type PlugInRule = keyof typeof PLUG_IN_RULES;
