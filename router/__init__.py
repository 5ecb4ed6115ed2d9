"""The supergraph: composition, the Apollo Router and how it is found, the stand-in gateway, the explorer's page."""
