// An app imports `Holdfast` alone. The values of the wire that it sees (participants, identifiers) and
// the vocabulary of media engines belong to the API.
@_exported public import HoldfastCore
@_exported public import HoldfastWire
