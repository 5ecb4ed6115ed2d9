"""The subgraphs of the supergraph, one package each, and the runtime they stand on."""
