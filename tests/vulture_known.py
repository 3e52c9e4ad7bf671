"""Names that vulture can't see being used, each with who uses it."""

_.get_command  # click, of a group
_.format_commands  # click, of a group's help
_.backup_to  # people who copy a journal from Python: never by path
_.StartDoctypeDeclHandler  # expat
_.StartElementHandler  # expat
_.EndElementHandler  # expat
_.CharacterDataHandler  # expat
CalamineSheet  # annotations
Engine  # annotations
_.__call__  # what a protocol of calls promises
