"""What is generated from the code and checked for drift: SDL, permissions, tables of documents, the schema's page."""
