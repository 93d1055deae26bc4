"""What more data and more gates buy: four models of one regression."""
