"""The database that a workspace works with: how it is opened, named to, and given texts."""
