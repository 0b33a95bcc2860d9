/**
 * The names of the Postgres messages, protocol 3, as its documentation spells them ("Message Formats"). Another protocol whose
 * messages have numbers would have a table like this.
 */

/** From the client, by type byte; `p` has four meanings and is named by what the server asked for. */
export const frontendNames: Readonly<Record<string, string>> = {
  B: "Bind",
  C: "Close",
  d: "CopyData",
  c: "CopyDone",
  f: "CopyFail",
  D: "Describe",
  E: "Execute",
  H: "Flush",
  F: "FunctionCall",
  P: "Parse",
  p: "PasswordMessage",
  Q: "Query",
  S: "Sync",
  X: "Terminate",
};

/** From the server, by type byte; `R` is named by the number that follows. */
export const backendNames: Readonly<Record<string, string>> = {
  K: "BackendKeyData",
  "2": "BindComplete",
  "3": "CloseComplete",
  C: "CommandComplete",
  d: "CopyData",
  c: "CopyDone",
  G: "CopyInResponse",
  H: "CopyOutResponse",
  W: "CopyBothResponse",
  D: "DataRow",
  I: "EmptyQueryResponse",
  E: "ErrorResponse",
  V: "FunctionCallResponse",
  v: "NegotiateProtocolVersion",
  n: "NoData",
  N: "NoticeResponse",
  A: "NotificationResponse",
  t: "ParameterDescription",
  S: "ParameterStatus",
  "1": "ParseComplete",
  s: "PortalSuspended",
  R: "Authentication",
  Z: "ReadyForQuery",
  T: "RowDescription",
};

/** What the server asks for when it says `R`. */
export const authenticationNames: Readonly<Record<number, string>> = {
  0: "AuthenticationOk",
  2: "AuthenticationKerberosV5",
  3: "AuthenticationCleartextPassword",
  5: "AuthenticationMD5Password",
  7: "AuthenticationGSS",
  8: "AuthenticationGSSContinue",
  9: "AuthenticationSSPI",
  10: "AuthenticationSASL",
  11: "AuthenticationSASLContinue",
  12: "AuthenticationSASLFinal",
};

/** What the client's `p` is called after the server asked for the given authentication; else `PasswordMessage`. */
export const passwordNames: Readonly<Record<string, string>> = {
  AuthenticationGSS: "GSSResponse",
  AuthenticationGSSContinue: "GSSResponse",
  AuthenticationSSPI: "GSSResponse",
  AuthenticationSASL: "SASLInitialResponse",
  AuthenticationSASLContinue: "SASLResponse",
};
