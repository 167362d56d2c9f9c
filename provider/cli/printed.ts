/** An error that the JSON of a command names already: stdout gets no second document. */
export class Printed extends Error {
  readonly error: Error;

  constructor(error: Error) {
    super(error.message);
    this.error = error;
  }
}
