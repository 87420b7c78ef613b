import Testing

/// Tests of whole processes. One at a time: each judges by the clock, and there are two cores.
@Suite(.serialized) enum EndToEnd {}

/// Tests of whole processes that mostly wait, and judge by seconds: one at a time, beside the others.
@Suite(.serialized) enum PatientEndToEnd {}
