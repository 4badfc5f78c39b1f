import type { Reader } from "./reader";

export enum Color {
  Red = "red",
  Blue = "blue",
}

export interface Shape {
  readonly color: Color;
  area(scale: number): number;
}

export type Pair<T> = {
  left: T;
  right: T;
};

declare module "late" {
  export function load(name: string): void;
}

@injectable()
export abstract class Base<T extends Shape> implements Shape {
  private cache?: T;
  constructor(private readonly reader: Reader) {
    this.cache = undefined;
  }
  abstract area(scale: number): number;
  @memo
  protected async draw(
    target: T,
  ): Promise<void> {
    if (!target) throw new Error("no target");
    await this.reader.read(target);
  }
}

export function over(value: string): void;
export function over(value: unknown): void {
  console.log(value);
}

namespace Inner {
  export const depth = (n: number): number => {
    return n + 1;
  };
}
