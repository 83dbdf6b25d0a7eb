/** A transaction's error as Solana's RPC writes it: `"BlockhashNotFound"` or `{InstructionError: [3, {Custom: 1}]}`. */
export type TransactionError = string | { readonly [kind: string]: unknown }

/** The parts of LiteSVM's error objects that are read here. */
interface VmError {
  readonly index?: number
  readonly accountIndex?: number
  err?(): number | { readonly code?: number; readonly msg?: string }
}

/** Solana's JSON form of the error that LiteSVM reports. */
export function toTransactionError(error: number | VmError): TransactionError {
  if (typeof error === 'number') return TRANSACTION_ERRORS[error] ?? 'ClusterMaintenance'
  if (error.err !== undefined) return { InstructionError: [error.index ?? 0, instructionError(error.err())] }
  if (error.accountIndex !== undefined) {
    const account = { account_index: error.accountIndex }
    return error.constructor.name.includes('Rent')
      ? { InsufficientFundsForRent: account }
      : { ProgramExecutionTemporarilyRestricted: account }
  }
  return { DuplicateInstruction: error.index ?? 0 }
}

/** Words for people: what the real node puts into its logs and messages. */
export function describeTransactionError(error: TransactionError): string {
  if (typeof error === 'string') return DESCRIPTIONS[error] ?? error
  const instruction = error['InstructionError']
  if (Array.isArray(instruction)) {
    const [index, reason] = instruction as [number, unknown]
    return `Error processing Instruction ${index}: ${describeInstructionError(reason)}`
  }
  return JSON.stringify(error)
}

function describeInstructionError(reason: unknown): string {
  if (typeof reason === 'object' && reason !== null && 'Custom' in reason)
    return `custom program error: 0x${Number(reason.Custom).toString(16)}`
  return String(reason)
}

function instructionError(error: number | { readonly code?: number; readonly msg?: string }): unknown {
  if (typeof error === 'number') return INSTRUCTION_ERRORS[error] ?? 'GenericError'
  return error.code !== undefined ? { Custom: error.code } : { BorshIoError: error.msg ?? 'Unknown' }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  AccountNotFound: 'Attempt to debit an account but found no record of a prior credit.',
  AlreadyProcessed: 'This transaction has already been processed',
  BlockhashNotFound: 'Blockhash not found',
  InsufficientFundsForFee: 'Insufficient funds for fee',
  InvalidAccountForFee: 'This account may not be used to pay transaction fees',
  ProgramAccountNotFound: 'Attempt to load a program that does not exist',
  SanitizeFailure: 'Transaction failed to sanitize accounts offsets correctly',
  SignatureFailure: 'Transaction did not pass signature verification',
}

// In the order of LiteSVM's enumeration (and of Solana's).
const TRANSACTION_ERRORS: readonly string[] = [
  'AccountInUse',
  'AccountLoadedTwice',
  'AccountNotFound',
  'ProgramAccountNotFound',
  'InsufficientFundsForFee',
  'InvalidAccountForFee',
  'AlreadyProcessed',
  'BlockhashNotFound',
  'CallChainTooDeep',
  'MissingSignatureForFee',
  'InvalidAccountIndex',
  'SignatureFailure',
  'InvalidProgramForExecution',
  'SanitizeFailure',
  'ClusterMaintenance',
  'AccountBorrowOutstanding',
  'WouldExceedMaxBlockCostLimit',
  'UnsupportedVersion',
  'InvalidWritableAccount',
  'WouldExceedMaxAccountCostLimit',
  'WouldExceedAccountDataBlockLimit',
  'TooManyAccountLocks',
  'AddressLookupTableNotFound',
  'InvalidAddressLookupTableOwner',
  'InvalidAddressLookupTableData',
  'InvalidAddressLookupTableIndex',
  'InvalidRentPayingAccount',
  'WouldExceedMaxVoteCostLimit',
  'WouldExceedAccountDataTotalLimit',
  'MaxLoadedAccountsDataSizeExceeded',
  'ResanitizationNeeded',
  'InvalidLoadedAccountsDataSizeLimit',
  'UnbalancedTransaction',
  'ProgramCacheHitMaxLimit',
  'CommitCancelled',
]

const INSTRUCTION_ERRORS: readonly string[] = [
  'GenericError',
  'InvalidArgument',
  'InvalidInstructionData',
  'InvalidAccountData',
  'AccountDataTooSmall',
  'InsufficientFunds',
  'IncorrectProgramId',
  'MissingRequiredSignature',
  'AccountAlreadyInitialized',
  'UninitializedAccount',
  'UnbalancedInstruction',
  'ModifiedProgramId',
  'ExternalAccountLamportSpend',
  'ExternalAccountDataModified',
  'ReadonlyLamportChange',
  'ReadonlyDataModified',
  'DuplicateAccountIndex',
  'ExecutableModified',
  'RentEpochModified',
  'NotEnoughAccountKeys',
  'AccountDataSizeChanged',
  'AccountNotExecutable',
  'AccountBorrowFailed',
  'AccountBorrowOutstanding',
  'DuplicateAccountOutOfSync',
  'InvalidError',
  'ExecutableDataModified',
  'ExecutableLamportChange',
  'ExecutableAccountNotRentExempt',
  'UnsupportedProgramId',
  'CallDepth',
  'MissingAccount',
  'ReentrancyNotAllowed',
  'MaxSeedLengthExceeded',
  'InvalidSeeds',
  'InvalidRealloc',
  'ComputationalBudgetExceeded',
  'PrivilegeEscalation',
  'ProgramEnvironmentSetupFailure',
  'ProgramFailedToComplete',
  'ProgramFailedToCompile',
  'Immutable',
  'IncorrectAuthority',
  'AccountNotRentExempt',
  'InvalidAccountOwner',
  'ArithmeticOverflow',
  'UnsupportedSysvar',
  'IllegalOwner',
  'MaxAccountsDataAllocationsExceeded',
  'MaxAccountsExceeded',
  'MaxInstructionTraceLengthExceeded',
  'BuiltinProgramsMustConsumeComputeUnits',
  'BorshIoError',
]
