/** seedrandom's Alea generator by itself: the package's main file would also load Node's crypto. */
declare module 'seedrandom/lib/alea.js' {
  interface Alea {
    (): number;
    /** Uniform in [0, 1) with 53 bits. */
    double(): number;
    int32(): number;
  }
  export default function alea(seed: string): Alea;
}
