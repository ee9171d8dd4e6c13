fn half() {
    let number = ;
}
