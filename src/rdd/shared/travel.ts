/** How objects of firesteel's own cross to tasks: as a reference that the other side resolves, or not at all. */
export { TRAVEL } from "../../columnar";

export interface TravelReference {
  readonly ref: string;
  readonly id: unknown;
}

export interface TravelRefusal {
  readonly refuse: string;
}
