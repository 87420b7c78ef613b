import Testing

/// Tests of whole processes. One at a time: each judges by the clock, and there are two cores.
@Suite(.serialized) enum EndToEnd {}
