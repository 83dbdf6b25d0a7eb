export declare function isUnavailable(error: unknown): boolean
